"""What the squashed migration is made of (docs/decisions/0014-squashed-migrations.md)."""
