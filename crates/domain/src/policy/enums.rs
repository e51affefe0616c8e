//! The enumerations of `conditionalAccessPolicy`, as the v1.0 and beta metadata of Microsoft Graph declare them.

use super::member::evolvable;

evolvable! {
    /// `conditionalAccessPolicyState`.
    PolicyState {
        /// Enforced.
        Enabled = "enabled";
        /// Not evaluated.
        Disabled = "disabled";
        /// Report-only: evaluated and logged, nothing enforced.
        ReportOnly = "enabledForReportingButNotEnforced";
    }
}

impl PolicyState {
    /// Whether sign-ins are held to the policy. A state that is not known can't be relied on.
    pub fn is_enforced(&self) -> bool {
        matches!(self, Self::Enabled)
    }
}

evolvable! {
    /// `conditionalAccessClientApp`.
    ClientAppType {
        /// Every client.
        All = "all";
        /// Browsers.
        Browser = "browser";
        /// Modern authentication in mobile apps and desktop clients.
        MobileAppsAndDesktopClients = "mobileAppsAndDesktopClients";
        /// Exchange ActiveSync.
        ExchangeActiveSync = "exchangeActiveSync";
        /// Exchange ActiveSync on supported platforms only.
        EasSupported = "easSupported", retired: "use exchangeActiveSync with a platform condition";
        /// Other clients: legacy authentication such as IMAP, POP and SMTP.
        Other = "other";
    }
}

evolvable! {
    /// `conditionalAccessDevicePlatform`.
    DevicePlatform {
        /// Any platform, unknown ones too.
        All = "all";
        /// Android.
        Android = "android";
        /// iOS and iPadOS.
        Ios = "iOS";
        /// Windows.
        Windows = "windows";
        /// Windows Phone.
        WindowsPhone = "windowsPhone";
        /// macOS.
        MacOs = "macOS";
        /// Linux.
        Linux = "linux";
    }
}

evolvable! {
    /// `riskLevel`, and the members of the agent risk flags.
    RiskLevel {
        /// Low.
        Low = "low";
        /// Medium.
        Medium = "medium";
        /// High.
        High = "high";
        /// Not shown for want of a licence.
        Hidden = "hidden";
        /// No risk.
        None = "none";
    }
}

evolvable! {
    /// `conditionalAccessInsiderRiskLevels`, a flags enumeration.
    InsiderRiskLevel {
        /// Minor.
        Minor = "minor";
        /// Moderate.
        Moderate = "moderate";
        /// Elevated.
        Elevated = "elevated";
    }
}

evolvable! {
    /// `conditionalAccessTransferMethods`, a flags enumeration.
    TransferMethod {
        /// None.
        None = "none";
        /// Device code flow.
        DeviceCodeFlow = "deviceCodeFlow";
        /// Authentication transfer from one device to another.
        AuthenticationTransfer = "authenticationTransfer";
    }
}

evolvable! {
    /// `conditionalAccessGuestOrExternalUserTypes`, a flags enumeration.
    GuestType {
        /// None.
        None = "none";
        /// A guest account of the tenant itself.
        InternalGuest = "internalGuest";
        /// A B2B collaboration guest.
        B2bCollaborationGuest = "b2bCollaborationGuest";
        /// A B2B collaboration user with the type member.
        B2bCollaborationMember = "b2bCollaborationMember";
        /// A B2B direct connect user.
        B2bDirectConnectUser = "b2bDirectConnectUser";
        /// Any other external user.
        OtherExternalUser = "otherExternalUser";
        /// A partner's technician (GDAP).
        ServiceProvider = "serviceProvider";
    }
}

evolvable! {
    /// `conditionalAccessExternalTenantsMembershipKind`.
    MembershipKind {
        /// Every external tenant.
        All = "all";
        /// The listed ones.
        Enumerated = "enumerated";
    }
}

evolvable! {
    /// `filterMode`.
    FilterMode {
        /// Objects that match are in.
        Include = "include";
        /// Objects that match are out.
        Exclude = "exclude";
    }
}

evolvable! {
    /// How the controls of a policy are joined. Graph declares a plain string; the portal writes `AND` and `OR`.
    Operator {
        /// All of them.
        And = "AND";
        /// One of them.
        Or = "OR";
    }
}

evolvable! {
    /// `conditionalAccessGrantControl`.
    BuiltInControl {
        /// Block access.
        Block = "block";
        /// Multifactor authentication; the same as the built-in strength of that name.
        Mfa = "mfa";
        /// A device marked as compliant.
        CompliantDevice = "compliantDevice";
        /// A Microsoft Entra hybrid joined device.
        DomainJoinedDevice = "domainJoinedDevice";
        /// An approved client app.
        ApprovedApplication = "approvedApplication", retired: "Microsoft ends it in 2026; use compliantApplication";
        /// An app with an app protection policy.
        CompliantApplication = "compliantApplication";
        /// A password change.
        PasswordChange = "passwordChange";
        /// Risk remediation.
        RiskRemediation = "riskRemediation";
    }
}

evolvable! {
    /// `cloudAppSecuritySessionControlType`.
    CloudAppSecurityType {
        /// A policy made in Defender for Cloud Apps.
        McasConfigured = "mcasConfigured";
        /// Monitor only.
        MonitorOnly = "monitorOnly";
        /// Block downloads.
        BlockDownloads = "blockDownloads";
    }
}

evolvable! {
    /// `persistentBrowserSessionMode`.
    PersistentBrowserMode {
        /// Always persistent.
        Always = "always";
        /// Never persistent.
        Never = "never";
    }
}

evolvable! {
    /// `signinFrequencyType`.
    FrequencyUnit {
        /// Days.
        Days = "days";
        /// Hours.
        Hours = "hours";
    }
}

evolvable! {
    /// `signInFrequencyInterval`.
    FrequencyInterval {
        /// After a time.
        TimeBased = "timeBased";
        /// At every sign-in.
        EveryTime = "everyTime";
    }
}

evolvable! {
    /// `signInFrequencyAuthenticationType`.
    FrequencyAuthentication {
        /// All of the authentication is repeated.
        PrimaryAndSecondary = "primaryAndSecondaryAuthentication";
        /// The second factor is repeated.
        Secondary = "secondaryAuthentication";
    }
}

evolvable! {
    /// `continuousAccessEvaluationMode`.
    ContinuousAccessEvaluationMode {
        /// Strict enforcement (an earlier name).
        StrictEnforcement = "strictEnforcement";
        /// Switched off.
        Disabled = "disabled";
        /// Strictly enforced locations.
        StrictLocation = "strictLocation";
    }
}
