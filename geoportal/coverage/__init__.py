"""Coverage: who is covered by whom, and how well; where care is short."""
