"""What staff see first: the beat, what needs a person, what goes out and what came in today."""
