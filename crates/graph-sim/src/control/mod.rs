//! Steering the emulator: tenants, faults, switches, edits "in the portal", the request log.

mod edit;
pub(crate) mod http;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use edit::TenantEdit;

use crate::config::{DemoTenant, SimError};
use crate::demo;
use crate::fault::{Fault, FaultRule};
use crate::github::Repository;
use crate::load::{self, LoadReport, assemble::slug};
use crate::log::RequestLog;
use crate::tenant::Tenant;
use crate::world::{Settings, Shared};

/// A tenant to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddTenant {
    /// The company's name. Its key, ids and secret follow from it.
    pub name: String,
    /// Default domain; made from the name when absent.
    pub domain: Option<String>,
    /// Key of a tenant to copy, such as `good`. An empty, unlicensed tenant when absent.
    pub template: Option<String>,
    /// Application permissions with consent; those of the template, or the usual ones, when absent.
    pub permissions: Option<Vec<String>>,
}

/// The in-process twin of the control endpoint. Cheap to clone.
#[derive(Clone)]
pub struct Control {
    world: Shared,
}

impl Control {
    pub(crate) fn new(world: Shared) -> Self {
        Self { world }
    }

    /// All tenants with their credentials.
    pub fn tenants(&self) -> Vec<DemoTenant> {
        self.world.lock().demo_tenants()
    }

    /// The tenant of this id, domain, key or name.
    pub fn tenant(&self, tenant: &str) -> Option<DemoTenant> {
        self.world.lock().tenant_find(tenant).map(Tenant::demo)
    }

    /// Makes a tenant.
    ///
    /// # Errors
    /// When the name is empty or taken, or the template is unknown.
    pub fn tenant_add(&self, wanted: &AddTenant) -> Result<DemoTenant, SimError> {
        if wanted.name.trim().is_empty() {
            return Err(SimError::Control("a tenant needs a name".to_owned()));
        }
        let mut world = self.world.lock();
        let now = world.now();
        let key = slug(&wanted.name);
        let domain = wanted.domain.clone().unwrap_or_else(|| format!("{key}.example"));
        if world.tenant_of_authority(&domain).is_some() {
            return Err(SimError::Control(format!("the domain '{domain}' is taken")));
        }
        let mut tenant = match &wanted.template {
            None => Tenant::new(&key, &wanted.name, &domain, demo::PERMISSIONS, now),
            Some(template) => {
                let copied = match world.tenant_find(template) {
                    Some(source) => Some(demo::copy_of(source, &key, &wanted.name, &domain, now)),
                    None => demo::fleet(now)
                        .iter()
                        .find(|source| source.key == *template)
                        .map(|source| demo::copy_of(source, &key, &wanted.name, &domain, now)),
                };
                copied.ok_or_else(|| SimError::Control(format!("there is no tenant '{template}' to copy")))?
            }
        };
        if let Some(permissions) = &wanted.permissions {
            for app in &mut tenant.apps {
                app.granted = permissions.iter().cloned().collect();
            }
        }
        world.tenant_put(tenant)
    }

    /// Makes a tenant of a folder of policy JSON. Its name is the folder's unless given.
    ///
    /// # Errors
    /// When the folder is missing, holds nothing of use, or the name is taken.
    pub fn folder_load(&self, folder: &Path, name: Option<&str>) -> Result<LoadReport, SimError> {
        let base = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.map(str::to_owned).or(base).unwrap_or_else(|| "folder".to_owned());
        let now = self.world.lock().now();
        // Reading takes a while and needs no lock.
        let (tenant, report) = load::folder(folder, &name, now)?;
        self.world.lock().tenant_put(tenant)?;
        Ok(report)
    }

    /// Changes a tenant as its administrator would in the portal. Gives the tenant as it is afterwards; after
    /// [`TenantEdit::SecretAdd`] with the new secret.
    ///
    /// # Errors
    /// When the tenant or what the edit names does not exist.
    pub fn edit(&self, tenant: &str, edit: &TenantEdit) -> Result<DemoTenant, SimError> {
        let mut world = self.world.lock();
        let now = world.now();
        let tenant = world
            .tenant_find_mut(tenant)
            .ok_or_else(|| SimError::Control(format!("there is no tenant '{tenant}'")))?;
        edit::apply(tenant, edit, now)?;
        Ok(tenant.demo())
    }

    /// Sets a fault; gives its number.
    ///
    /// # Errors
    /// When it names an unknown tenant.
    pub fn fault_set(&self, fault: Fault) -> Result<u64, SimError> {
        let mut world = self.world.lock();
        let tenant = match &fault.tenant {
            Some(text) => Some(
                world
                    .tenant_find(text)
                    .map(|tenant| tenant.id)
                    .ok_or_else(|| SimError::Control(format!("there is no tenant '{text}'")))?,
            ),
            None => None,
        };
        let id = world.next_fault;
        world.next_fault += 1;
        world.faults.push(FaultRule { id, tenant, fault, skipped: 0, hits: 0 });
        Ok(id)
    }

    /// How often a fault has hit; `None` when there is none of that number.
    pub fn fault_hits(&self, id: u64) -> Option<u32> {
        self.world.lock().faults.iter().find(|rule| rule.id == id).map(|rule| rule.hits)
    }

    /// Ends one fault. `false` when there is none of that number.
    pub fn fault_clear(&self, id: u64) -> bool {
        let mut world = self.world.lock();
        let before = world.faults.len();
        world.faults.retain(|rule| rule.id != id);
        world.faults.len() < before
    }

    /// Ends all faults.
    pub fn faults_clear(&self) {
        self.world.lock().faults.clear();
    }

    /// The switches as they stand.
    pub fn settings(&self) -> Settings {
        self.world.lock().settings.clone()
    }

    /// Changes switches.
    pub fn settings_update(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.world.lock().settings);
    }

    /// Requests since the start or the last clearing, oldest first.
    pub fn requests(&self) -> Vec<RequestLog> {
        self.world.lock().log.iter().cloned().collect()
    }

    /// Empties the request log.
    pub fn requests_clear(&self) {
        self.world.lock().log.clear();
    }

    /// Adds or replaces a GitHub repository.
    pub fn repository_put(&self, repository: Repository) {
        self.world.lock().github.put(repository);
    }
}
