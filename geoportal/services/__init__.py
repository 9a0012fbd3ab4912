"""The use cases a question can ask, over one immutable view of the data per dataset version."""
