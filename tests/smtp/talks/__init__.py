"""The dialogues, by what they are about. Each says where it is from: an RFC's part, a CVE, or what happened."""
