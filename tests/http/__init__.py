"""The HTTP interface on real sockets, with good and bad input for each route."""
