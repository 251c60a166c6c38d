//! `tollgate collect`: what asks the world outside of the repository.

#[cfg(any(feature = "mlflow", feature = "prometheus"))]
mod http;
mod replay;
