"""A PostgreSQL server of the tests' own, and what the store on it must keep beyond the contract."""
