"""Operations that remove axes, and running sums."""
