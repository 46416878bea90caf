"""What passes between the trusted process and the one that runs student code: questions and answers, data only."""
