//! Properties, addresses and appointments to click on.

use std::collections::BTreeMap;

use freischalt_marketplace::{Language, service::Module};
use freischalt_store::Record;

use super::{CONFIDENTIAL, IMAGES, LANGUAGE};

/// A property.
struct Estate {
    id: i64,
    title: &'static str,
    city: &'static str,
    language: Language,
    /// Whether only administrators see it.
    confidential: bool,
    /// Its other fields.
    fields: &'static [(&'static str, &'static str)],
    /// Its pictures, on the files tab.
    images: &'static [(i64, &'static str)],
}

/// The properties, by id.
const ESTATES: &[Estate] = &[
    Estate {
        id: 11,
        title: "Reihenhaus am Park",
        city: "Aachen",
        language: Language::De,
        confidential: false,
        fields: &[
            ("objektart", "haus"),
            ("vermarktungsart", "kauf"),
            ("strasse", "Parkweg"),
            ("hausnummer", "7"),
            ("plz", "52064"),
            ("kaufpreis", "325000.00"),
            ("wohnflaeche", "118.00"),
            ("anzahl_zimmer", "5.00"),
            ("lage", "Ruhig"),
        ],
        images: &[(101, "Straßenseite"), (102, "Garten"), (103, "Küche")],
    },
    Estate {
        id: 12,
        title: "Altbauwohnung mit Stuck",
        city: "Köln",
        language: Language::De,
        confidential: false,
        fields: &[
            ("objektart", "wohnung"),
            ("vermarktungsart", "miete"),
            ("strasse", "Ringstraße"),
            ("hausnummer", "21a"),
            ("plz", "50667"),
            ("kaltmiete", "1450.00"),
            ("wohnflaeche", "96.50"),
            ("anzahl_zimmer", "3.00"),
            ("lage", "Zentral"),
        ],
        images: &[(111, "Wohnzimmer"), (112, "Balkon")],
    },
    Estate {
        id: 13,
        title: "Gewerbehalle",
        city: "Bonn",
        language: Language::De,
        confidential: false,
        fields: &[
            ("objektart", "hallen_lager_prod"),
            ("vermarktungsart", "miete"),
            ("plz", "53111"),
            ("kaltmiete", "7200.00"),
        ],
        images: &[],
    },
    Estate {
        id: 21,
        title: "Cottage by the lake",
        city: "Roermond",
        language: Language::En,
        confidential: false,
        fields: &[
            ("objektart", "haus"),
            ("vermarktungsart", "kauf"),
            ("kaufpreis", "498000.00"),
            ("wohnflaeche", "140.00"),
            ("objektbeschreibung", "Boathouse & jetty"),
        ],
        images: &[(121, "Lakeside")],
    },
    Estate {
        id: 1234,
        title: "Villa, vertraulich",
        city: "Aachen",
        language: Language::De,
        confidential: true,
        fields: &[
            ("objektart", "haus"),
            ("vermarktungsart", "kauf"),
            ("plz", "52074"),
            ("kaufpreis", "1950000.00"),
        ],
        images: &[(131, "Auffahrt"), (132, "Halle")],
    },
];

/// The addresses, by id.
const ADDRESSES: &[(i64, &[(&str, &str)])] = &[
    (77, &[("Vorname", "Ada"), ("Name", "Beispiel"), ("Ort", "Bonn")]),
    (78, &[("Zusatz1", "Müller & Söhne <Bau> GmbH"), ("Ort", "Köln")]),
    (79, &[("Vorname", "Carla"), ("Name", "Campos"), ("Ort", "Aachen")]),
];

/// The appointments, by id.
const APPOINTMENTS: &[(i64, &[(&str, &str)])] = &[
    (5, &[("subject", "Besichtigung Reihenhaus am Park"), ("start_dt", "2026-03-02 10:00")]),
    (6, &[("subject", "Übergabe Altbauwohnung"), ("start_dt", "2026-03-04 14:30")]),
];

/// The records of a customer who has none yet, by module and id.
pub(crate) fn samples() -> Vec<Record> {
    let estates = ESTATES.iter().map(|estate| {
        let mut fields = texts(estate.fields);
        let images: Vec<String> =
            estate.images.iter().map(|(id, title)| format!("{id}:{title}")).collect();
        for (name, value) in [
            ("objekttitel", estate.title),
            ("ort", estate.city),
            (LANGUAGE, estate.language.wire()),
            (CONFIDENTIAL, if estate.confidential { "1" } else { "0" }),
            (IMAGES, &images.join("\n")),
        ] {
            fields.insert(name.to_owned(), value.to_owned());
        }
        Record { module: Module::Estate, id: estate.id, fields }
    });
    let plain = |module| {
        move |(id, fields): &(i64, &[(&str, &str)])| Record {
            module,
            id: *id,
            fields: texts(fields),
        }
    };
    let addresses = ADDRESSES.iter().map(plain(Module::Address));
    let appointments = APPOINTMENTS.iter().map(plain(Module::Calendar));
    estates.chain(addresses).chain(appointments).collect()
}

fn texts(fields: &[(&str, &str)]) -> BTreeMap<String, String> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
