"""CommentTrack: from a proposed rule to a signed and filed coalition comment letter."""

__version__ = "0.1.0"
