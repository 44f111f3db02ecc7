//! What the handlers share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use freischalt_client::Client;
use freischalt_protocol::Secret;

use crate::config::{self, Clock, ConfigError, GatewayConfig};
use crate::demo_shop::DemoShop;
use crate::launches::Launches;

/// An administrator waits in front of the page; the API's usual answer takes well under a second.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

pub(crate) struct App {
    pub(crate) provider_name: String,
    pub(crate) provider_secret: Secret,
    /// Origin of this gateway as browsers and the marketplace see it.
    pub(crate) public_origin: String,
    pub(crate) marketplace_origin: String,
    pub(crate) max_url_age: i64,
    pub(crate) max_url_ahead: i64,
    pub(crate) page_lifetime: i64,
    pub(crate) is_regular_customer: bool,
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    pub(crate) launches: Launches,
    pub(crate) demo_shop: Option<Arc<DemoShop>>,
}

impl App {
    pub(crate) fn new(config: GatewayConfig, bound: SocketAddr) -> Result<Self, ConfigError> {
        config::check_limits(&config)?;
        let public_url = match config.public_url {
            Some(url) => url,
            None if bound.ip().is_unspecified() => {
                return Err(ConfigError::PublicUrlNeeded { bound });
            }
            None => format!("http://{bound}"),
        };
        let clock = config.clock.clone();
        let client = Client::builder(&config.api_url)
            .timeout(CALL_TIMEOUT)
            .clock(move || clock())
            .build()?;
        let public_origin = config::origin("public_url", &public_url)?;
        let marketplace_origin = config::origin("marketplace_origin", &config.marketplace_origin)?;
        let demo_shop = config.demo_shop.then(|| {
            Arc::new(DemoShop {
                provider_name: config.provider_name.clone(),
                provider_secret: config.provider_secret.clone(),
                public_origin: public_origin.clone(),
                marketplace_origin: marketplace_origin.clone(),
                max_url_age: config.max_url_age,
                max_url_ahead: config.max_url_ahead,
                page_lifetime: config.page_lifetime,
                clock: config.clock.clone(),
            })
        });
        Ok(Self {
            public_origin,
            marketplace_origin,
            demo_shop,
            provider_name: config.provider_name,
            provider_secret: config.provider_secret,
            max_url_age: config.max_url_age,
            max_url_ahead: config.max_url_ahead,
            page_lifetime: config.page_lifetime,
            is_regular_customer: config.is_regular_customer,
            launches: Launches::remembering_for(
                config.max_url_age.saturating_add(config.page_lifetime),
            ),
            clock: config.clock,
            client,
        })
    }
}
