"""`python -m relay.keeper`: the keeper of one relay. Owns nothing; the relay starts it."""

from relay.keeper.child import main

main()
