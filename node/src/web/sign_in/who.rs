//! Whose account it is.
//!
//! Staff have accounts already, made by an administrator, who says where they work; the provider says only who they are. An
//! applicant who comes for the first time gets an account of what the provider says. Once bound, an account belongs to the
//! provider's subject, whatever its other claims become.

use tongban_core::case::{Applicant, IdKind};
use tongban_core::catalogue::Subject;
use tongban_core::dossier::Suite;
use tongban_core::dossier::suite::hex;

use super::provider::Person;
use super::{Lack, Refusal, refused};
use crate::app::App;
use crate::config::{SignIn, Whom};
use crate::store::{Account, AccountRole, NO_PASSWORD, NewAccount};

/// The account of someone whom a provider knows.
pub async fn account(app: &App, provider: &SignIn, person: &Person) -> Result<Account, Refusal> {
    let bound = app.store.identity(&provider.issuer, &person.subject, provider.whom).await?;
    let account = match bound {
        Some(id) => app.store.account(id).await?.ok_or_else(no_account)?,
        None => match provider.whom {
            Whom::Staff => staff(app, provider, person).await?,
            Whom::Applicant => applicant(app, provider, person).await?,
        },
    };
    if account.disabled {
        return Err(refused("sign-in-disabled", format!("account {}", account.id)));
    }
    if bound.is_none() {
        let is_bound = app.store.bind_identity(&provider.issuer, &person.subject, provider.whom, account.id).await?;
        if !is_bound {
            return Err(refused("sign-in-other-person", format!("account {}", account.id)));
        }
    }
    Ok(account)
}

fn no_account() -> Refusal {
    refused("sign-in-no-account", "no account of staff with this login")
}

/// The account of staff whose login the provider says.
async fn staff(app: &App, provider: &SignIn, person: &Person) -> Result<Account, Refusal> {
    let login = person.claim(&provider.login_claim);
    if login.is_empty() {
        return Err(Refusal::Claims(vec![lacking(&provider.login_claim)]));
    }
    let account = app.store.account_by_login(login).await?;
    account.filter(|account| account.role.is_staff()).ok_or_else(no_account)
}

fn lacking(claim: &str) -> Lack {
    Lack { claim: claim.to_owned(), key: "sign-in-lacking".to_owned() }
}

/// Makes the account of an applicant.
async fn applicant(app: &App, provider: &SignIn, person: &Person) -> Result<Account, Refusal> {
    let new = new_applicant(app, provider, person)?;
    // One that is there already was made by a sign-in that broke off before it was bound: nobody else can have its login.
    app.store.add_account(&new).await?;
    let account = app.store.account_by_login(&new.login).await?;
    account.filter(|account| account.password == NO_PASSWORD).ok_or_else(no_account)
}

/// The account of an applicant as the provider describes them, or what the provider does not say as it must be.
fn new_applicant(app: &App, provider: &SignIn, person: &Person) -> Result<NewAccount, Refusal> {
    let applicant = Applicant {
        name: person.claim("name").to_owned(),
        id_kind: IdKind::ResidentId,
        id_number: person.claim(&provider.id_number_claim).to_uppercase(),
        contact: String::new(),
        phone: phone(person.claim("phone_number")),
        address: String::new(),
    };
    applicant.check(Subject::Person, app.config.realm, app.clock.today()).map_err(|faults| {
        let lack = |field: &str, code: &str| {
            let claim: &str = match field {
                "phone" => "phone_number",
                "id_number" => &provider.id_number_claim,
                field => field,
            };
            let is_there = !person.claim(claim).is_empty();
            if is_there { Lack { claim: claim.to_owned(), key: format!("field-{code}") } } else { lacking(claim) }
        };
        Refusal::Claims(faults.iter().map(|fault| lack(fault.field, fault.code)).collect())
    })?;
    Ok(NewAccount {
        login: login(provider, &person.subject),
        password: NO_PASSWORD.to_owned(),
        role: AccountRole::Applicant,
        name: applicant.name,
        name_en: String::new(),
        org: None,
        staff: None,
        id_number: Some(applicant.id_number),
        phone: Some(applicant.phone),
        contact: None,
    })
}

/// A login that no other account has: a colon stands in none that an administrator gives.
fn login(provider: &SignIn, subject: &str) -> String {
    let parts = [b"tongban subject v1\0", provider.issuer.as_bytes(), b"\0", subject.as_bytes()];
    format!("{}:{}", provider.key, hex(&Suite::Ed25519.hash(&parts).bytes()[..12]))
}

/// A telephone number as it is written here; a provider writes it with the country (E.164).
fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    match digits.strip_prefix("+86") {
        Some(rest) => rest.trim_start_matches('-').to_owned(),
        None => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::phone;

    #[test]
    fn a_number_with_its_country_is_written_without() {
        for (given, here) in [
            ("+8613800000000", "13800000000"),
            ("+86 138 0000 0000", "13800000000"),
            ("+86-13800000000", "13800000000"),
            ("13800000000", "13800000000"),
            ("021-12345678", "021-12345678"),
            ("+1 2025550100", "+12025550100"),
            ("", ""),
        ] {
            assert_eq!(phone(given), here, "{given}");
        }
    }
}
