"""What a deployed stack must do, asked through boto3: the same questions whichever tool deployed it.

Each function takes the embedded AWS and the settings, asserts, and says in its name what holds.
"""
