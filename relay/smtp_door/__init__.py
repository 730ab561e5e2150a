"""The SMTP door: mail from personal addresses comes in here. Owns the dialogue; never reaches the store,
never keeps or logs what it carried."""
