//! What the parameters of all operations have in common.

use crate::http::{etag, idempotency};
use utoipa::openapi::{
    Object, ObjectBuilder, RefOr, Schema,
    path::{Operation, ParameterIn},
    schema::{SchemaType, Type},
};

/// Gives the headers that many operations take their exact form, and takes `null` from what is only left out.
pub(super) fn describe(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        match (&parameter.parameter_in, parameter.name.as_str()) {
            (ParameterIn::Header, "If-Match") => parameter.schema = Some(text(etag::PATTERN)),
            (ParameterIn::Header, "Idempotency-Key") => parameter.schema = Some(text(idempotency::PATTERN)),
            _ => {
                if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema {
                    without_null(object);
                }
            }
        }
    }
}

fn text(pattern: &str) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build().into()
}

/// Neither an address nor a header can hold JSON's null.
fn without_null(object: &mut Object) {
    if let SchemaType::Array(types) = &object.schema_type {
        let mut rest = types.iter().filter(|t| **t != Type::Null);
        if let (Some(only), None) = (rest.next(), rest.next()) {
            object.schema_type = SchemaType::Type(only.clone());
        }
    }
}
