//! What an admin does in the customer's tenant: addresses, names and the Azure Cloud Shell script.

use policytab_domain::{
    cloud::Cloud,
    permission::{GRAPH_APP_ID, PERMISSIONS},
};
use std::fmt::Write as _;

/// A name for the app registration that says what it is for.
pub const APP_NAME: &str = "Policytab Graph access";

/// The Entra admin center of a cloud.
pub const fn portal_url(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Global | Cloud::Emulator => "https://entra.microsoft.com",
        Cloud::Usgov | Cloud::UsgovDod => "https://entra.microsoft.us",
        Cloud::China => "https://entra.microsoftonline.cn",
    }
}

/// A Bash script for Azure Cloud Shell that registers the app, adds the permissions, grants consent and makes a
/// secret. Granting needs a Privileged Role Administrator or Global Administrator: an Application Administrator may
/// not consent to application permissions of Microsoft Graph.
pub fn cloud_shell_script() -> String {
    let mut script = format!(
        "#!/usr/bin/env bash\n\
         # Registers \"{APP_NAME}\" in the tenant you are signed in to and prints what to paste.\n\
         # Run it in Azure Cloud Shell (Bash) as Global Administrator or Privileged Role Administrator.\n\
         set -euo pipefail\n\
         graph={GRAPH_APP_ID}\n\
         app_id=$(az ad app create --display-name \"{APP_NAME}\" --sign-in-audience AzureADMyOrg --query appId --output tsv)\n\
         az ad sp create --id \"$app_id\" --output none\n\
         az ad app permission add --id \"$app_id\" --api \"$graph\" --output none --api-permissions \\\n"
    );
    for (index, permission) in PERMISSIONS.iter().enumerate() {
        let end = if index + 1 == PERMISSIONS.len() { "" } else { " \\" };
        // Writing to a String can't fail.
        let _ = writeln!(script, "  {}=Role{end}", permission.app_role_id);
    }
    script.push_str(
        "sleep 20 # a new service principal takes a moment to be known everywhere\n\
         az ad app permission admin-consent --id \"$app_id\"\n\
         secret=$(az ad app credential reset --id \"$app_id\" --append --display-name Policytab --years 1 --query password --output tsv)\n\
         printf '\\nApplication (client) ID: %s\\nClient secret value:     %s\\nDirectory (tenant) ID:   %s\\n' \\\n  \
         \"$app_id\" \"$secret\" \"$(az account show --query tenantId --output tsv)\"\n",
    );
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_asks_for_every_permission_as_an_application_role() {
        let script = cloud_shell_script();
        for permission in &PERMISSIONS {
            assert!(script.contains(&format!("{}=Role", permission.app_role_id)), "{}", permission.name);
        }
        assert_eq!(script.matches("=Role").count(), PERMISSIONS.len());
    }
}
