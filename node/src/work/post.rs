//! The way out: mail to the office's server, messages to the gateway for telephones.

use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::Serialize;

use crate::config::{MAIL_PASSWORD, Mail, Notify, SMS_TOKEN, Sms};
use crate::limits;

/// Why a message did not go out.
#[derive(Debug)]
pub enum Stuck {
    /// It is tried again.
    Later(String),
    /// It never will: the address is wrong, or the other side refuses it.
    Never(String),
}

/// Everything that can go out by.
pub struct Post {
    mail: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
    sms: Option<(reqwest::Client, Sms, Option<String>)>,
}

/// What the gateway is posted; the same id again is the same message.
#[derive(Serialize)]
struct SmsBody<'a> {
    id: &'a str,
    phone: &'a str,
    text: &'a str,
}

impl Post {
    /// What is configured.
    pub fn new(notify: &Notify) -> Result<Post, String> {
        let mail = notify.mail.as_ref().map(transport).transpose()?;
        let sms = notify.sms.as_ref().map(|sms| {
            let client = reqwest::Client::builder().timeout(Duration::from_secs(limits::MESSAGE_S_MAX));
            // The gateway stands in the same network.
            let client = client.no_proxy().build().map_err(|error| error.to_string())?;
            Ok::<_, String>((client, sms.clone(), std::env::var(SMS_TOKEN).ok()))
        });
        Ok(Post { mail, sms: sms.transpose()? })
    }

    /// Nothing at all.
    pub fn none() -> Post {
        Post { mail: None, sms: None }
    }

    /// Whether mail can be sent.
    pub fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// Whether a telephone can be reached.
    pub fn has_sms(&self) -> bool {
        self.sms.is_some()
    }

    /// Sends a mail.
    pub async fn mail(&self, to: &str, subject: &str, text: &str) -> Result<(), Stuck> {
        let Some((transport, from)) = &self.mail else { return Err(Stuck::Never("no-mail".to_owned())) };
        let to: Mailbox = to.parse().map_err(|_| Stuck::Never("address".to_owned()))?;
        let message = Message::builder().from(from.clone()).to(to).subject(subject).header(ContentType::TEXT_PLAIN);
        let message = message.body(text.to_owned()).map_err(|error| Stuck::Never(error.to_string()))?;
        match transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Stuck::Never(error.to_string())),
            Err(error) => Err(Stuck::Later(error.to_string())),
        }
    }

    /// Sends a message to a telephone.
    pub async fn sms(&self, id: &str, phone: &str, text: &str) -> Result<(), Stuck> {
        let Some((client, sms, token)) = &self.sms else { return Err(Stuck::Never("no-sms".to_owned())) };
        let request = client.post(&sms.address).json(&SmsBody { id, phone, text });
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        let answer = request.send().await.map_err(|error| Stuck::Later(error.without_url().to_string()))?;
        let status = answer.status();
        match status.as_u16() {
            _ if status.is_success() => Ok(()),
            // What says that it is too much, or that we are not let in, says nothing of this message.
            401 | 403 | 408 | 425 | 429 => Err(Stuck::Later(status.to_string())),
            400..=499 => Err(Stuck::Never(status.to_string())),
            _ => Err(Stuck::Later(status.to_string())),
        }
    }
}

fn transport(mail: &Mail) -> Result<(AsyncSmtpTransport<Tokio1Executor>, Mailbox), String> {
    let from = mail.from.parse::<Mailbox>().map_err(|error| error.to_string())?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&mail.server).map_err(|error| error.to_string())?;
    let transport = transport.timeout(Some(Duration::from_secs(limits::MESSAGE_S_MAX)));
    let transport = match &mail.user {
        Some(user) => {
            let password = std::env::var(MAIL_PASSWORD).map_err(|_| format!("{MAIL_PASSWORD} is not set"))?;
            transport.credentials(Credentials::new(user.clone(), password))
        }
        None => transport,
    };
    Ok((transport.build(), from))
}
