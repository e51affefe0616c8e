//! Every route, once: for the router and for the API's description.

use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// Registers all of them.
pub fn configure(config: &mut ServiceConfig) {
    use crate::{
        account::routes as account,
        api_tokens::routes as api_tokens,
        audit::routes as audit,
        auth::routes as auth,
        baselines::{routes as baselines, versions},
        bindings::routes as bindings,
        connect::routes as connect,
        coverage::routes as coverage,
        customers::routes as customers,
        emergency::routes as emergency,
        evaluate::routes as evaluate,
        events::routes as events,
        fleet::routes as fleet,
        imports::routes as imports,
        reports::routes as reports,
        service as server,
        snapshots::routes as snapshots,
        users::routes as users,
        workspace::routes as workspace,
    };
    config
        .service(
            scope("/api/v1")
                .service(auth::session_login)
                .service(auth::session_refresh)
                .service(auth::session_logout)
                .service(auth::me_fetch)
                .service(auth::jwks_fetch)
                .service(account::second_factor_fetch)
                .service(account::second_factor_begin)
                .service(account::second_factor_confirm)
                .service(account::second_factor_delete)
                .service(account::recovery_codes_renew)
                .service(account::own_session_list)
                .service(account::own_session_delete_others)
                .service(account::own_session_delete)
                .service(account::own_password_put)
                .service(workspace::workspace_fetch)
                .service(workspace::workspace_update)
                .service(workspace::workspace_delete)
                .service(api_tokens::api_token_list)
                .service(api_tokens::api_token_create)
                .service(api_tokens::api_token_delete)
                .service(users::user_list)
                .service(users::user_create)
                .service(users::user_update)
                .service(users::user_delete)
                .service(users::user_session_delete_all)
                .service(users::user_second_factor_delete)
                .service(customers::customer_list)
                .service(customers::customer_create)
                .service(customers::customer_fetch)
                .service(customers::customer_update)
                .service(customers::customer_delete)
                .service(connect::connection_fetch)
                .service(connect::connection_put)
                .service(connect::connection_delete)
                .service(connect::connection_test)
                .service(imports::import_create)
                .service(imports::import_list)
                .service(imports::import_fetch)
                .service(reports::report_fetch)
                .service(reports::finding_acceptance_put)
                .service(reports::finding_acceptance_delete)
                .service(reports::comparison_baseline_fetch)
                .service(reports::comparison_baseline_put)
                .service(evaluate::sign_in_evaluate)
                .service(coverage::coverage_fetch)
                .service(emergency::emergency_access_fetch)
                .service(emergency::emergency_access_put)
                .service(bindings::binding_list)
                .service(bindings::binding_put)
                .service(snapshots::snapshot_list)
                .service(snapshots::snapshot_fetch)
                .service(snapshots::snapshot_policies)
                .service(snapshots::snapshot_compare)
                .service(snapshots::policy_compare)
                .service(snapshots::snapshot_export)
                .service(baselines::co_managed_baseline_fetch)
                .service(baselines::baseline_list)
                .service(baselines::baseline_create)
                .service(baselines::baseline_import_files)
                .service(baselines::baseline_import_github)
                .service(versions::baseline_from_snapshot)
                .service(versions::baseline_version_list)
                .service(versions::baseline_version_fetch)
                .service(versions::baseline_version_compare)
                .service(versions::baseline_version_create)
                .service(versions::baseline_version_export)
                .service(versions::baseline_policy_put)
                .service(versions::baseline_update_from_source)
                .service(versions::baseline_customer_list)
                .service(baselines::baseline_fetch)
                .service(baselines::baseline_update)
                .service(baselines::baseline_delete)
                .service(fleet::fleet_fetch)
                .service(events::event_stream)
                .service(audit::audit_list)
                .service(audit::audit_export)
                .service(audit::audit_verify),
        )
        .service(server::healthz)
        .service(server::readyz)
        .service(server::metrics)
        .service(server::problem_fetch);
}
