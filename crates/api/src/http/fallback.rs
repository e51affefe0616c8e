//! What no route answers: the SPA's pages, or a problem that tells an unknown address from an unknown method.

use crate::problem::ApiError;
use actix_web::{
    HttpRequest, HttpResponse,
    dev::ResourceDef,
    http::{Method, header::ALLOW},
    web,
};
use policytab_domain::problem::{Problem, ProblemCode};

/// Every documented address with its methods. Each operation is a resource of its own to the router, so that a known
/// address with another method would look unknown.
#[derive(Debug)]
pub struct KnownPaths(Vec<(ResourceDef, Vec<&'static str>)>);

impl KnownPaths {
    /// From the API description.
    pub fn new(document: &utoipa::openapi::OpenApi) -> Self {
        let list = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let offered = methods.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
            (ResourceDef::new(path.as_str()), offered)
        });
        Self(list.collect())
    }

    fn methods(&self, path: &str) -> Vec<&'static str> {
        let mut methods: Vec<_> =
            self.0.iter().filter(|(def, _)| def.is_match(path)).flat_map(|(_, m)| m.clone()).collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }
}

/// Answers whatever no route did.
pub async fn fallback(request: HttpRequest, known: web::Data<KnownPaths>) -> Result<HttpResponse, ApiError> {
    let path = request.path();
    let offered = known.methods(path);
    if !offered.is_empty() {
        let allow = offered.join(", ");
        let mut response = actix_web::ResponseError::error_response(&ApiError::from(Problem::new(
            ProblemCode::MethodNotAllowed,
            format!("{} is not offered here; offered are {allow}.", request.method()),
        )));
        if let Ok(value) = allow.parse() {
            response.headers_mut().insert(ALLOW, value);
        }
        return Ok(response);
    }
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if path.starts_with("/api/") || !reads {
        return Err(Problem::new(ProblemCode::NotFound, "There is nothing at this address.").into());
    }
    Ok(crate::spa::page(path, &request))
}
