"""The service: puts settings, store, flows, doors and keeper together and runs them. Decides nothing of its
own about messages; knows where things are kept, when loops run, and how everything ends.
"""
