"""Pages of the staff side, attached to the public application where staff sign in."""
