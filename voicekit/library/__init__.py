"""What voicekit keeps: the ledger of jobs, the audio files, the tables made of them."""
