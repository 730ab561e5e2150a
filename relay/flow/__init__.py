"""Flow: one file for each verb of the relay; the order of decisions and port calls. Sees `relay.core` and
`keys` alone; knows neither HTTP nor SMTP nor SQL. The time is an argument of each verb; what fails raises
a `relay.core.errors` class.
"""
