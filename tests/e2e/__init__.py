"""The whole product as its people use it: real relay, real keeper, SDK, SMTP, a clock that the test moves."""
