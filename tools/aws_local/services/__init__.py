"""Operations that moto lacks, or whose parameters it drops, one file a service."""
