"""The relay: it takes in sealed envelopes, keeps them until their date and lets them go. It opens none."""
