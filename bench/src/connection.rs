//! One keep-alive connection to the server, asked and read by the thread that has it.

use std::io::{BufRead as _, BufReader, Error, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer that takes longer will not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// What an answer's head says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// It tells when to come again.
    pub(crate) retry_after: bool,
    /// The server ends the connection with it.
    pub(crate) closes: bool,
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    /// Opens one.
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let answers = BufReader::with_capacity(64 * 1024, stream.try_clone()?);
        Ok(Self { stream, answers, line: String::new(), body: Vec::new() })
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) fn ask(&mut self, request: &str) -> Result<Answer> {
        self.stream.write_all(request.as_bytes())?;
        self.line()?;
        let status = self.line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut answer = Answer { status: status.ok_or_else(|| bad("no status line"))?, ..Answer::default() };
        let (mut length, mut chunked) = (0, false);
        loop {
            self.line()?;
            let Some((name, value)) = self.line.trim_end().split_once(':') else { break };
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            if is("content-length") {
                length = value.trim().parse().map_err(|_| bad("bad content-length"))?;
            }
            chunked |= is("transfer-encoding");
            answer.retry_after |= is("retry-after");
            answer.closes |= is("connection") && value.trim().eq_ignore_ascii_case("close");
        }
        self.body.clear();
        if !chunked {
            self.more(length)?;
            return Ok(answer);
        }
        loop {
            self.line()?;
            let length = usize::from_str_radix(self.line.trim(), 16).map_err(|_| bad("bad chunk"))?;
            self.more(length + 2)?;
            self.body.truncate(self.body.len() - 2);
            if length == 0 {
                return Ok(answer);
            }
        }
    }

    /// The last answer's body.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    fn line(&mut self) -> Result<()> {
        self.line.clear();
        match self.answers.read_line(&mut self.line)? {
            0 => Err(bad("the server closed the connection")),
            _ => Ok(()),
        }
    }

    fn more(&mut self, length: usize) -> Result<()> {
        let start = self.body.len();
        self.body.resize(start + length, 0);
        self.answers.read_exact(&mut self.body[start..])
    }
}

fn bad(text: &str) -> Error {
    Error::other(text.to_owned())
}
