//! Tables of what is offered where.
