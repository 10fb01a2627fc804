"""What cannot be done, for a reason that can be told to whoever asked."""


class Refusal(ValueError):
    """Its text is one sentence for the person who asked, fit for a page; of other errors a page tells only a number."""
