//! Whoever asks: an admin of each of the thousand MSPs, with requests for their customers.

use std::net::SocketAddr;

use policytab_dev_postgres::Urls;
use uuid::Uuid;

use crate::AnyError;
use crate::server::Server;

pub(crate) const MSPS: u64 = 1000;
/// Of each MSP.
pub(crate) const CUSTOMERS: u64 = 200;

/// The MSPs of seed.sql with their customers, and tokens.
pub(crate) struct Callers {
    address: SocketAddr,
    tokens: Vec<String>,
    pub(crate) msps: Vec<Uuid>,
    /// 200 of the first MSP, 200 of the second, …
    pub(crate) customers: Vec<Uuid>,
}

impl Callers {
    /// The ids of seed.sql are md5 of a name; asked of PostgreSQL, so that no hash function is needed here.
    pub(crate) async fn new(server: &Server, urls: &Urls) -> Result<Self, AnyError> {
        let (client, connection) = tokio_postgres::connect(&urls.owner_url, tokio_postgres::NoTls).await?;
        let connection = tokio::spawn(connection);
        let ids = async |name: &str, count: u64| {
            let sql = format!(
                "SELECT md5('{name}' || n)::uuid::text FROM generate_series(0, {}) n ORDER BY n",
                count - 1
            );
            let rows = client.query(&sql, &[]).await?;
            Ok::<_, AnyError>(rows.iter().map(|row| row.get::<_, &str>(0).parse()).collect::<Result<_, _>>()?)
        };
        let (msps, customers) = (ids("msp", MSPS).await?, ids("customer", MSPS * CUSTOMERS).await?);
        connection.abort();
        let mut callers = Self { address: server.address, tokens: Vec::new(), msps, customers };
        callers.renew(server)?;
        Ok(callers)
    }

    /// Gives everybody a new token: one is good for a quarter of an hour.
    pub(crate) fn renew(&mut self, server: &Server) -> Result<(), AnyError> {
        self.tokens = self.msps.iter().map(|msp| server.token(*msp)).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Asks for one customer of an MSP.
    pub(crate) fn get(&self, random: u64) -> String {
        let customer = (random >> 8) % (MSPS * CUSTOMERS);
        self.get_as((customer / CUSTOMERS) as usize, self.customers[customer as usize])
    }

    /// The admin of the MSP with this number asks for the customer with this id.
    pub(crate) fn get_as(&self, msp: usize, customer: Uuid) -> String {
        self.request(msp, &format!("/customers/{customer}"))
    }

    /// Asks for the first 50 customers of an MSP.
    pub(crate) fn list(&self, random: u64) -> String {
        self.request(((random >> 8) % MSPS) as usize, "/customers?limit=50")
    }

    /// One of both, as often as the other.
    pub(crate) fn get_or_list(&self, random: u64) -> String {
        if (random >> 40) & 1 == 0 { self.get(random) } else { self.list(random) }
    }

    fn request(&self, msp: usize, path: &str) -> String {
        format!(
            "GET /api/v1{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.address, self.tokens[msp]
        )
    }
}
