"""What `detente connect new NAME` begins with: a small connector that works, for an API as most are."""
