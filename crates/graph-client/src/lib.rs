//! Microsoft Entra's token endpoint and Microsoft Graph, read with paging, pacing and retries.
