//! Which request is answered by what.

use gen_lsp_types::{
    CodeActionRequest, CodeLensRequest, CompletionRequest, CompletionResponse, DefinitionRequest,
    DocumentFormattingRequest, DocumentHighlightRequest, DocumentSymbolRequest, DocumentSymbolResponse,
    FoldingRangeRequest, HoverRequest, InlayHintRequest, LspRequestMethod, PrepareRenameRequest,
    ReferencesRequest, RenameRequest, Request as LspRequest, SelectionRangeRequest, SemanticTokensRequest,
    SignatureHelpRequest, TextDocumentContentRequest, WorkspaceSymbolRequest,
};
use lsp_server::{ErrorCode, Request, Response};
use serde_json::Value;

use super::server::ShownFindings;
use super::syntax;
use super::world::World;
use super::{actions, complete, hints, hover, lenses, navigate};
use crate::builtin;

/// Answers one request.
pub(super) fn answer(request: Request, world: &World, shown: &ShownFindings) -> Response {
    let asked = PendingRequest { request, answer: None };
    asked
        .on::<CodeActionRequest, _>(|params| Some(actions::quick_fixes(world, shown, &params)))
        .on::<CodeLensRequest, _>(|params| Some(lenses::of_file(world, &params)))
        .on::<InlayHintRequest, _>(|params| Some(hints::in_range(world, &params)))
        .on::<CompletionRequest, _>(|params| {
            complete::completion(world, &params).map(CompletionResponse::from)
        })
        .on::<SignatureHelpRequest, _>(|params| complete::signature_help(world, &params))
        .on::<TextDocumentContentRequest, _>(|params| {
            let text = world.shipped(&params.uri).and_then(|name| builtin::text_of_file(&name));
            gen_lsp_types::TextDocumentContentResult { text: text.unwrap_or_default().to_owned() }
        })
        .on::<SemanticTokensRequest, _>(|params| syntax::tokens(world, &params))
        .on::<DocumentSymbolRequest, _>(|params| {
            syntax::symbols(world, &params).map(DocumentSymbolResponse::from)
        })
        .on::<FoldingRangeRequest, _>(|params| syntax::folding(world, &params))
        .on::<SelectionRangeRequest, _>(|params| syntax::selections(world, &params))
        .on::<DocumentFormattingRequest, _>(|params| syntax::format(world, &params))
        .on::<HoverRequest, _>(|params| hover::hover(world, &params.text_document_position_params))
        .on::<DefinitionRequest, _>(|params| {
            navigate::definition(world, &params.text_document_position_params)
        })
        .on::<ReferencesRequest, _>(|params| {
            let with_declarations = params.context.include_declaration;
            navigate::references(world, &params.text_document_position_params, with_declarations)
        })
        .on::<DocumentHighlightRequest, _>(|params| {
            navigate::highlights(world, &params.text_document_position_params)
        })
        .on_or_why::<PrepareRenameRequest, _>(|params| {
            navigate::prepare(world, &params.text_document_position_params)
        })
        .on_or_why::<RenameRequest, _>(|params| {
            navigate::renamed(world, &params.text_document_position_params, &params.new_name)
        })
        .on::<WorkspaceSymbolRequest, _>(|params| Some(navigate::symbols(world, &params.query)))
        .finish()
}

/// A request that is looking for who answers it.
struct PendingRequest {
    request: Request,
    answer: Option<Result<Value, String>>,
}

impl PendingRequest {
    /// Answers a request of this kind.
    fn on<R: LspRequest, T>(self, answer: impl FnOnce(R::Params) -> T) -> Self
    where
        T: Into<R::Result>,
        R::Params: serde::de::DeserializeOwned,
        R::Result: serde::Serialize,
    {
        self.on_or_why::<R, T>(|params| Ok(answer(params)))
    }

    /// The same, where there may be a reason not to do what is asked for.
    fn on_or_why<R: LspRequest, T>(mut self, answer: impl FnOnce(R::Params) -> Result<T, String>) -> Self
    where
        T: Into<R::Result>,
        R::Params: serde::de::DeserializeOwned,
        R::Result: serde::Serialize,
    {
        let method: LspRequestMethod<'_> = R::METHOD;
        if self.answer.is_none() && self.request.method == method.as_str() {
            let params = serde_json::from_value(self.request.params.take());
            let answered = params.map_err(|error| error.to_string()).and_then(|params| {
                serde_json::to_value::<R::Result>(answer(params)?.into()).map_err(|error| error.to_string())
            });
            self.answer = Some(answered);
        }
        self
    }

    fn finish(self) -> Response {
        let Self { request: Request { id, method, .. }, answer } = self;
        match answer {
            Some(Ok(value)) => Response::new_ok(id, value),
            Some(Err(why)) => Response::new_err(id, ErrorCode::InvalidParams as i32, why),
            None => {
                Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("`{method}` is not offered"))
            }
        }
    }
}
