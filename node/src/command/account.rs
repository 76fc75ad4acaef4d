//! Local accounts on the command line: how the first administrator gets in.

use clap::{Args, Subcommand};
use tongban_core::ident::Uscc;

use super::Data;
use crate::config::Config;
use crate::error::Failure;
use crate::store::{AccountRole, NewAccount, Store};
use crate::web::hash_password;

/// Local accounts.
#[derive(Args)]
pub struct Account {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Adds an account; the password is read from the first line of standard input
    Add {
        #[command(flatten)]
        data: Data,
        /// What is typed to sign in
        #[arg(long)]
        login: String,
        /// applicant, firm, clerk, officer, admin, operator or registrar
        #[arg(long, value_parser = role)]
        role: AccountRole,
        /// Name for people
        #[arg(long)]
        name: String,
        /// Unified social credit code of the organisation
        #[arg(long, value_parser = Uscc::parse)]
        org: Option<Uscc>,
        /// Staff number
        #[arg(long)]
        staff: Option<String>,
    },
}

fn role(name: &str) -> Result<AccountRole, String> {
    AccountRole::from_name(name).ok_or_else(|| format!("{name}: no such role"))
}

impl Account {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let What::Add { data, login, role, name, org, staff } = self.what;
        let config = Config::read(&data.data)?;
        let mut password = String::new();
        std::io::stdin().read_line(&mut password).map_err(|error| Failure::new("password-read", error.to_string()))?;
        let password = password.trim_end_matches(['\r', '\n']);
        if password.chars().count() < 10 {
            return Err(Failure::new(
                "password-short",
                "a password has at least 10 characters; give it on standard input",
            ));
        }
        let store = Store::open(&data.data, config.database.as_deref()).await?;
        let new = NewAccount {
            login: login.clone(),
            password: hash_password(password)?,
            role,
            name_en: name.clone(),
            name,
            org,
            staff,
            id_number: None,
            phone: None,
            contact: None,
        };
        if store.add_account(&new).await? {
            println!("account {login} added");
            Ok(())
        } else {
            Err(Failure::new("login-taken", format!("{login}: there is such an account already")))
        }
    }
}
