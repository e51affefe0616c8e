//! The tables as diesel sees them. A test compares this file with the migrated database.

diesel::table! {
    api_tokens (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        name -> Text,
        role -> Text,
        digest -> Bytea,
        created_by -> Nullable<Uuid>,
        created_by_name -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit (msp_id, seq) {
        msp_id -> Uuid,
        seq -> Int8,
        at -> Timestamptz,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<Uuid>,
        ip -> Nullable<Text>,
        request_id -> Nullable<Text>,
        details -> Text,
        hash -> Bytea,
    }
}

diesel::table! {
    audit_heads (msp_id) {
        msp_id -> Uuid,
        seq -> Int8,
        hash -> Bytea,
    }
}

diesel::table! {
    baseline_bindings (msp_id, customer_id, baseline_id) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        baseline_id -> Uuid,
        confirmed -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    baseline_documents (msp_id, baseline_id, number, kind, position) {
        msp_id -> Uuid,
        baseline_id -> Uuid,
        number -> Int4,
        kind -> Text,
        position -> Int4,
        object_id -> Text,
        display_name -> Text,
        beta_only -> Bool,
        sha256 -> Bytea,
    }
}

diesel::table! {
    baseline_versions (msp_id, baseline_id, number) {
        msp_id -> Uuid,
        baseline_id -> Uuid,
        number -> Int4,
        source -> Jsonb,
        policy_count -> Int4,
        created_at -> Timestamptz,
        created_by_name -> Text,
        note -> Text,
    }
}

diesel::table! {
    baselines (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        display_name -> Text,
        name_key -> Text,
        description -> Text,
        current_version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int8,
        source_head -> Nullable<Jsonb>,
        source_checked_at -> Nullable<Timestamptz>,
        source_token -> Nullable<Bytea>,
        built_in -> Bool,
    }
}

diesel::table! {
    co_managed_baselines (msp_id, customer_id) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        snapshot_id -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int8,
    }
}

diesel::table! {
    co_managed_documents (msp_id, customer_id, kind, position) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        kind -> Text,
        position -> Int8,
        object_id -> Text,
        display_name -> Text,
        beta_only -> Bool,
        sha256 -> Bytea,
    }
}

diesel::table! {
    connections (msp_id, customer_id) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        client_id -> Uuid,
        sealed_secret -> Bytea,
        tenant_id -> Uuid,
        app_display_name -> Nullable<Text>,
        secret_expires_at -> Nullable<Timestamptz>,
        permissions -> Jsonb,
        verified_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int8,
    }
}

diesel::table! {
    customers (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        display_name -> Text,
        name_key -> Text,
        cloud -> Text,
        status -> Text,
        tenant_id -> Nullable<Uuid>,
        tenant_name -> Nullable<Text>,
        tenant_domain -> Nullable<Text>,
        comparison_baseline_id -> Nullable<Uuid>,
        comparison_baseline_version -> Nullable<Int4>,
        compared_version -> Nullable<Int4>,
        policies_enabled -> Int4,
        policies_report_only -> Int4,
        policies_disabled -> Int4,
        findings_critical -> Int4,
        findings_high -> Int4,
        findings_medium -> Int4,
        findings_low -> Int4,
        findings_info -> Int4,
        severity_rank -> Int8,
        licences -> Nullable<Jsonb>,
        zero_policies -> Nullable<Text>,
        last_snapshot_id -> Nullable<Uuid>,
        last_snapshot_at -> Nullable<Timestamptz>,
        last_error -> Nullable<Jsonb>,
        connected -> Bool,
        secret_expires_at -> Nullable<Timestamptz>,
        running_import_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int8,
        findings_trend -> Array<Int8>,
    }
}

diesel::table! {
    documents (msp_id, sha256) {
        msp_id -> Uuid,
        sha256 -> Bytea,
        normal_sha256 -> Nullable<Bytea>,
        body -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    emergency_choices (msp_id, customer_id) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        confirmed -> Jsonb,
        refused -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    finding_acceptances (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        finding_id -> Text,
        fingerprint -> Text,
        reason -> Text,
        owner -> Text,
        expires_at -> Timestamptz,
        accepted_by_name -> Text,
        accepted_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        ended_because -> Nullable<Text>,
    }
}

diesel::table! {
    idempotency_keys (msp_id, actor, route, key) {
        msp_id -> Uuid,
        actor -> Text,
        route -> Text,
        key -> Text,
        request_sha256 -> Bytea,
        status -> Nullable<Int2>,
        headers -> Nullable<Jsonb>,
        body -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    import_steps (msp_id, import_id, step) {
        msp_id -> Uuid,
        import_id -> Uuid,
        position -> Int2,
        step -> Text,
        state -> Text,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        counts -> Jsonb,
        error -> Nullable<Jsonb>,
    }
}

diesel::table! {
    imports (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        state -> Text,
        comparison_kind -> Text,
        comparison_baseline_id -> Nullable<Uuid>,
        comparison_baseline_version -> Nullable<Int4>,
        requested_by -> Nullable<Uuid>,
        attempt -> Int4,
        zero_policies -> Nullable<Text>,
        error -> Nullable<Jsonb>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        msp_id -> Uuid,
        kind -> Text,
        subject_id -> Uuid,
        created_at -> Timestamptz,
        run_at -> Timestamptz,
        attempt -> Int4,
        worker -> Nullable<Text>,
        lease_token -> Nullable<Uuid>,
        lease_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    master_keys (id) {
        id -> Text,
        check_value -> Nullable<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    msps (msp_id) {
        msp_id -> Uuid,
        display_name -> Text,
        created_at -> Timestamptz,
        require_second_factor -> Bool,
        updated_at -> Timestamptz,
        version -> Int8,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recovery_codes (msp_id, user_id, digest) {
        msp_id -> Uuid,
        user_id -> Uuid,
        digest -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_tokens (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        family_id -> Uuid,
        user_id -> Uuid,
        digest -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        started_at -> Nullable<Timestamptz>,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
    }
}

diesel::table! {
    reports (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        snapshot_id -> Uuid,
        comparison_kind -> Text,
        comparison_baseline_id -> Nullable<Uuid>,
        baseline_version -> Nullable<Int4>,
        findings_critical -> Int4,
        findings_high -> Int4,
        findings_medium -> Int4,
        findings_low -> Int4,
        findings_info -> Int4,
        body -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    second_factors (msp_id, user_id) {
        msp_id -> Uuid,
        user_id -> Uuid,
        sealed_secret -> Bytea,
        created_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Nullable<Int8>,
    }
}

diesel::table! {
    snapshot_documents (msp_id, customer_id, kind, position, since) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        kind -> Text,
        position -> Int8,
        since -> Int4,
        until -> Nullable<Int4>,
        object_id -> Text,
        display_name -> Text,
        beta_only -> Bool,
        sha256 -> Bytea,
    }
}

diesel::table! {
    snapshot_facts (msp_id, customer_id, fact, since) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        fact -> Text,
        since -> Int4,
        until -> Nullable<Int4>,
        body -> Jsonb,
    }
}

diesel::table! {
    snapshot_memberships (msp_id, customer_id, kind, object_id, since) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        kind -> Text,
        object_id -> Text,
        since -> Int4,
        until -> Nullable<Int4>,
        members -> Array<Int4>,
        head_count -> Int8,
        complete -> Bool,
    }
}

diesel::table! {
    snapshot_people (msp_id, customer_id, chunk) {
        msp_id -> Uuid,
        customer_id -> Uuid,
        chunk -> Int4,
        ids -> Array<Uuid>,
    }
}

diesel::table! {
    snapshots (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        import_id -> Uuid,
        taken_at -> Timestamptz,
        security_defaults -> Nullable<Bool>,
        policies_enabled -> Int4,
        policies_report_only -> Int4,
        policies_disabled -> Int4,
        created_at -> Timestamptz,
        number -> Int4,
    }
}

diesel::table! {
    users (msp_id, id) {
        msp_id -> Uuid,
        id -> Uuid,
        email -> Text,
        email_key -> Text,
        display_name -> Text,
        role -> Text,
        password_hash -> Nullable<Text>,
        last_login_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        version -> Int8,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    baseline_documents,
    baseline_versions,
    baselines,
    co_managed_documents,
    documents,
    snapshot_documents,
    snapshot_facts,
    snapshot_memberships,
);
diesel::allow_tables_to_appear_in_same_query!(customers, imports);
diesel::allow_tables_to_appear_in_same_query!(baselines, customers);
diesel::allow_tables_to_appear_in_same_query!(msps, refresh_tokens, second_factors, users);
