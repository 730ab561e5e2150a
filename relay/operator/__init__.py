"""The operator's commands: `init`, `doctor`, `status` and the rest of `relay`. They write results to standard
output and sentences to standard error, and never open the store while a relay has it open.
"""
