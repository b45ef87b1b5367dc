"""Tables together: which parent a row has, how many children, and what one takes from the other."""
