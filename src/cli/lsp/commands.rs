//! Commands: what takes a while, or changes nothing that could be shown beside a text.

use gen_lsp_types::{ExecuteCommandParams, ExecuteCommandRequest, Request as LspRequest};
use lsp_server::{ErrorCode, Request, Response};
use serde_json::Value;

use super::looking::{LookJob, Surroundings};

/// The request that asks for one.
pub(super) const METHOD: &str = <ExecuteCommandRequest as LspRequest>::METHOD.as_str();

/// All of them.
pub(super) const ALL: &[&str] = &[];

/// Carries out a command on what is typed.
pub(super) fn answer(request: Request, job: &LookJob, around: &Surroundings) -> Response {
    let id = request.id;
    let params: ExecuteCommandParams = match serde_json::from_value(request.params) {
        Ok(params) => params,
        Err(error) => return Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    };
    let argument = params.arguments.and_then(|all| all.into_iter().next()).unwrap_or(Value::Null);
    match carry_out(&params.command, argument, job, around) {
        Ok(value) => Response::new_ok(id, value),
        Err(why) => Response::new_err(id, ErrorCode::RequestFailed as i32, why),
    }
}

fn carry_out(
    command: &str,
    _argument: Value,
    _job: &LookJob,
    _around: &Surroundings,
) -> Result<Value, String> {
    Err(format!("there is no command `{command}`"))
}
