//! Access tokens as attackers make them: a table that an issuer's verifier must refuse from beginning to end.

use aws_lc_rs::{
    encoding::AsDer as _,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RsaEncoding, RsaKeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    i64::try_from(since.as_secs()).expect("a clock of this age")
}

fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A key that signs by hand, so that tokens can be made which no library would make.
pub enum Signer {
    /// ES256.
    Ec(EcdsaKeyPair),
    /// RS256.
    Rsa(Box<RsaKeyPair>),
}

impl Signer {
    /// The first key of a PEM file with ECDSA P-256 keys in PKCS#8.
    pub fn ec(pem: &str) -> Self {
        let lines = pem.lines().skip_while(|line| line.starts_with('-'));
        let text: String = lines.take_while(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(text).expect("base64");
        Self::Ec(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).expect("a P-256 key"))
    }

    /// A fresh RSA key of 2048 bits.
    pub fn rsa() -> Self {
        Self::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key")))
    }

    /// Another key of the same kind.
    fn another(&self) -> Self {
        match self {
            Self::Ec(_) => Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key")),
            Self::Rsa(_) => Self::rsa(),
        }
    }

    /// `alg` of what it signs.
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    /// The public key as it is published.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ec(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": part(x), "y": part(y)})
            }
            Self::Rsa(key) => {
                let modulus = part(key.public_key().modulus().big_endian_without_leading_zero());
                let exponent = part(key.public_key().exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": exponent})
            }
        }
    }

    /// The public key in every form in which somebody may have it: as it is in the key pair, as SubjectPublicKeyInfo in DER and
    /// in PEM, with and without the last line break, and the same for RSAPublicKey.
    fn public_forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let (spki, raw) = match self {
            Self::Ec(key) => {
                (key.public_key().as_der().expect("DER").as_ref().to_vec(), key.public_key().as_ref())
            }
            Self::Rsa(key) => {
                (key.public_key().as_der().expect("DER").as_ref().to_vec(), key.public_key().as_ref())
            }
        };
        let (public, rsa) = (pem("PUBLIC KEY", &spki), pem("RSA PUBLIC KEY", raw));
        vec![
            ("the public key as it is", raw.to_vec()),
            ("the public key in PEM, trimmed", public.trim_end().as_bytes().to_vec()),
            ("the public key in PEM", public.into_bytes()),
            ("the public key in DER", spki),
            ("the public key in PKCS#1 PEM", rsa.into_bytes()),
        ]
    }

    /// A signature by its own algorithm.
    pub fn sign(&self, input: &str) -> String {
        match self {
            Self::Ec(key) => part(key.sign(&SystemRandom::new(), input.as_bytes()).expect("a signature")),
            Self::Rsa(_) => self.sign_with(&signature::RSA_PKCS1_SHA256, input).expect("an RSA key"),
        }
    }

    /// By another algorithm that an RSA key is good for.
    fn sign_with(&self, encoding: &'static dyn RsaEncoding, input: &str) -> Option<String> {
        let Self::Rsa(key) = self else { return None };
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), input.as_bytes(), &mut signature).expect("a signature");
        Some(part(signature))
    }
}

/// Makes tokens out of one that is good.
pub struct Forge {
    key: Signer,
    other: Signer,
    jwk: Value,
    /// Header of the good one.
    pub header: Value,
    /// Claims of the good one.
    pub claims: Value,
    token: String,
}

impl Forge {
    /// Of a good token, the key that signed it, and that key as it is published.
    pub fn of(token: &str, key: Signer, jwk: Value) -> Self {
        let decoded = |index: usize| -> Value {
            let text = token.split('.').nth(index).expect("three parts");
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("JSON")
        };
        let (header, claims) = (decoded(0), decoded(1));
        Self { other: key.another(), key, jwk, header, claims, token: token.to_owned() }
    }

    /// The same of claims, which the key signs.
    pub fn new(claims: &Value, key: Signer, kid: &str) -> Self {
        let jwk = key.jwk(kid);
        let header = json!({"typ": "JWT", "alg": key.algorithm(), "kid": kid});
        let input = Self::input(&header, &claims.to_string());
        let token = format!("{input}.{}", key.sign(&input));
        Self::of(&token, key, jwk)
    }

    /// The key as it is published.
    pub fn jwk(&self) -> &Value {
        &self.jwk
    }

    /// The good one.
    pub fn good(&self) -> &str {
        &self.token
    }

    fn input(header: &Value, claims: &str) -> String {
        format!("{}.{}", part(header.to_string()), part(claims))
    }

    /// Signed with the issuer's own key.
    pub fn signed(&self, header: &Value, claims: &str) -> String {
        let input = Self::input(header, claims);
        format!("{input}.{}", self.key.sign(&input))
    }

    /// With another value of a claim, or without it (null), signed with the issuer's own key.
    pub fn claims_with(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        match value {
            Value::Null => claims.as_object_mut().expect("claims").remove(name),
            value => claims.as_object_mut().expect("claims").insert(name.to_owned(), value),
        };
        self.signed(&self.header, &claims.to_string())
    }

    /// The same for a member of the header.
    pub fn header_with(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        match value {
            Value::Null => header.as_object_mut().expect("a header").remove(name),
            value => header.as_object_mut().expect("a header").insert(name.to_owned(), value),
        };
        self.signed(&header, &self.claims.to_string())
    }

    /// Signed with the issuer's own key, and so long that the claims have these bytes more.
    pub fn padded(&self, bytes: usize) -> String {
        self.signed(&self.header, &self.claims_and(&format!("\"pad\":\"{}\"", "x".repeat(bytes))))
    }

    /// The claims with one more member, which may be there already.
    fn claims_and(&self, member: &str) -> String {
        format!("{},{member}}}", self.claims.to_string().trim_end_matches('}'))
    }

    /// Another algorithm in the header, with this signature.
    fn with_algorithm(&self, name: &str, signature: impl FnOnce(&str) -> String) -> String {
        let mut header = self.header.clone();
        header["alg"] = json!(name);
        let input = Self::input(&header, &self.claims.to_string());
        format!("{input}.{}", signature(&input))
    }

    /// HMAC with something that everybody knows.
    fn hmac(&self, name: &str, algorithm: hmac::Algorithm, secret: &[u8]) -> String {
        self.with_algorithm(name, |input| {
            part(hmac::sign(&hmac::Key::new(algorithm, secret), input.as_bytes()))
        })
    }

    /// Tokens with what they try. All of them must be refused by whoever trusts the key, the issuer and the audience of the good
    /// one.
    pub fn table(&self) -> Vec<(String, String)> {
        let mut table = self.algorithms();
        table.extend(self.headers());
        table.extend(self.claims());
        table.extend(self.signatures());
        table
    }

    /// No algorithm, another one, and a public key as the secret of one that takes any.
    fn algorithms(&self) -> Vec<(String, String)> {
        let mut table: Vec<(String, String)> = Vec::new();
        let mut add = |name: String, token: String| table.push((name, token));
        let own = self.key.algorithm();
        let names = [
            "none", "None", "nOnE", "NONE", "", "ES256", "ES384", "RS256", "EdDSA", "ES256K", "es256",
            "rs256",
        ];
        for name in names.into_iter().filter(|name| *name != own) {
            add(format!("alg {name:?} without a signature"), self.with_algorithm(name, |_| String::new()));
            add(format!("alg {name:?} with {own}'s"), self.with_algorithm(name, |i| self.key.sign(i)));
        }
        add("no alg".to_owned(), self.header_with("alg", Value::Null));
        // What the key could sign as well.
        let others: [(&str, &'static dyn RsaEncoding); 5] = [
            ("RS384", &signature::RSA_PKCS1_SHA384),
            ("RS512", &signature::RSA_PKCS1_SHA512),
            ("PS256", &signature::RSA_PSS_SHA256),
            ("PS384", &signature::RSA_PSS_SHA384),
            ("PS512", &signature::RSA_PSS_SHA512),
        ];
        for (name, encoding) in others {
            if self.key.sign_with(encoding, "").is_some() {
                let token =
                    self.with_algorithm(name, |i| self.key.sign_with(encoding, i).expect("an RSA key"));
                add(format!("{name} by the same key"), token);
            }
        }
        let mut secrets = self.key.public_forms();
        for member in ["kid", "x", "n"] {
            if let Some(text) = self.jwk[member].as_str() {
                secrets.push((member, text.as_bytes().to_vec()));
                secrets.push((member, URL_SAFE_NO_PAD.decode(text).unwrap_or_default()));
            }
        }
        secrets.extend([("the JWK", self.jwk.to_string().into_bytes()), ("nothing", Vec::new())]);
        for (name, secret) in &secrets {
            add(format!("HS256 with {name}"), self.hmac("HS256", hmac::HMAC_SHA256, secret));
            add(format!("HS384 with {name}"), self.hmac("HS384", hmac::HMAC_SHA384, secret));
            add(format!("HS512 with {name}"), self.hmac("HS512", hmac::HMAC_SHA512, secret));
        }
        table
    }

    /// Headers that lead to another key, or ask for what is not understood.
    fn headers(&self) -> Vec<(String, String)> {
        let mut table: Vec<(String, String)> = Vec::new();
        let mut add = |name: String, token: String| table.push((name, token));
        for kid in [
            "../../../../../../dev/null",
            "/dev/null",
            "' OR '1'='1",
            "x' UNION SELECT 'key",
            "http://127.0.0.1:1/keys",
            "\u{0}",
            "",
            &"k".repeat(3000),
        ] {
            add(format!("kid {kid:.20?}"), self.header_with("kid", json!(kid)));
        }
        add("no kid".to_owned(), self.header_with("kid", Value::Null));
        add("a number for kid".to_owned(), self.header_with("kid", json!(1)));
        let foreign = self.other.jwk("foreign");
        for (name, value) in [
            ("jku", json!("http://127.0.0.1:1/keys")),
            ("x5u", json!("http://127.0.0.1:1/cert")),
            ("jwk", self.jwk.clone()),
            ("jwk", foreign.clone()),
            ("x5c", json!(["MIIB"])),
            ("crit", json!(["exp"])),
            ("crit", json!(["http://example.com/unknown"])),
            ("crit", json!([])),
            ("zip", json!("DEF")),
            ("typ", json!("dpop+jwt")),
        ] {
            add(format!("{name} in the header"), self.header_with(name, value));
        }
        // With the key brought along, and its signature.
        let mut header = self.header.clone();
        header["jwk"] = foreign;
        let input = Self::input(&header, &self.claims.to_string());
        add("the key brought along".to_owned(), format!("{input}.{}", self.other.sign(&input)));
        let header = self.header.to_string();
        let own = format!("\"alg\":\"{}\"", self.key.algorithm());
        for (name, member) in
            [("alg", own.as_str()), ("alg", "\"alg\":\"none\""), ("kid", "\"kid\":\"other\"")]
        {
            let twice = format!("{},{member}}}", header.trim_end_matches('}'));
            let input = format!("{}.{}", part(twice), part(self.claims.to_string()));
            add(format!("{name} twice"), format!("{input}.{}", self.key.sign(&input)));
        }
        table
    }

    /// Claims that are not true, or say two things, rightly signed.
    fn claims(&self) -> Vec<(String, String)> {
        let mut table: Vec<(String, String)> = Vec::new();
        let now = now();
        for (name, value) in [
            ("exp", json!(now - 61)),
            ("exp", json!(0)),
            ("exp", json!(-1)),
            ("exp", json!("tomorrow")),
            ("exp", json!((now + 600).to_string())),
            ("exp", Value::Null),
            ("nbf", json!(now + 3600)),
            ("nbf", json!("yesterday")),
            ("iat", json!(now + 3600)),
            ("iat", json!("yesterday")),
            ("iss", json!("https://elsewhere.example")),
            ("iss", json!("")),
            ("iss", Value::Null),
            ("aud", json!("another-api")),
            ("aud", json!(["another-api"])),
            ("aud", json!([])),
            ("aud", json!({"policytab": true})),
            ("aud", Value::Null),
            ("sub", Value::Null),
        ] {
            table.push((format!("{name} {value}"), self.claims_with(name, value)));
        }
        for (name, member) in [
            ("an expiry", format!("\"exp\":{}", now + 90_000)),
            ("an issuer", format!("\"iss\":{}", self.claims["iss"])),
            ("an audience", format!("\"aud\":{}", self.claims["aud"])),
            ("a subject", "\"sub\":\"somebody else\"".to_owned()),
        ] {
            table.push((format!("{name} twice"), self.signed(&self.header, &self.claims_and(&member))));
        }
        for claims in ["[]", "{", "null", "\"claims\"", ""] {
            table.push((format!("claims that are {claims:?}"), self.signed(&self.header, claims)));
        }
        table
    }

    /// Signatures that are missing, of something else, or by somebody else; and what is no token at all.
    fn signatures(&self) -> Vec<(String, String)> {
        let mut table: Vec<(String, String)> = Vec::new();
        let mut add = |name: String, token: String| table.push((name, token));
        let (good, own) = self.token.rsplit_once('.').expect("a signature");
        let raised = Self::input(&self.header, &self.claims_and("\"more\":true"));
        add("other claims under the old signature".to_owned(), format!("{raised}.{own}"));
        let input = Self::input(&self.header, &self.claims.to_string());
        add("another key's signature".to_owned(), format!("{input}.{}", self.other.sign(&input)));
        add("no signature".to_owned(), format!("{input}."));
        add("no third part".to_owned(), input.clone());
        add("half a signature".to_owned(), format!("{good}.{}", &own[..own.len() / 2]));
        let signature = URL_SAFE_NO_PAD.decode(own).expect("base64");
        add("a signature of zeros".to_owned(), format!("{good}.{}", part(vec![0; signature.len()])));
        add(
            "a signature backwards".to_owned(),
            format!("{good}.{}", part(signature.iter().rev().copied().collect::<Vec<_>>())),
        );
        let mut long = signature.clone();
        long.push(0);
        add("a signature with a byte more".to_owned(), format!("{good}.{}", part(long)));
        add("four parts".to_owned(), format!("{}.{own}", self.token));
        for text in ["a", "a.b", "a.b.c", "...", "ptk_", "ptk_0000", "null"] {
            add(format!("{text:?}"), text.to_owned());
        }
        // The longest that a head still holds, which is 16 KiB.
        for bytes in [9_000, 11_000] {
            add(format!("{bytes} bytes more"), self.padded(bytes));
        }
        table
    }
}
