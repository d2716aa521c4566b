"""The read-eval-print loop: `session` holds the conversation, `terminal` the keyboard."""
