"""The SMTP door: its dialogue, its parser, its flow."""
