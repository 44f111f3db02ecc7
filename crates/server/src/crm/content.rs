//! Properties, addresses and appointments to click on.

use freischalt_marketplace::Language;

use super::{Address, Appointment, Estate, Image};

/// The properties, by id.
pub(crate) const ESTATES: &[Estate] = &[
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
        images: &[
            Image { id: 101, title: "Straßenseite" },
            Image { id: 102, title: "Garten" },
            Image { id: 103, title: "Küche" },
        ],
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
        images: &[Image { id: 111, title: "Wohnzimmer" }, Image { id: 112, title: "Balkon" }],
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
        images: &[Image { id: 121, title: "Lakeside" }],
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
        images: &[Image { id: 131, title: "Auffahrt" }, Image { id: 132, title: "Halle" }],
    },
];

/// The addresses, by id.
pub(crate) const ADDRESSES: &[Address] = &[
    Address { id: 77, name: "Ada Beispiel", city: "Bonn" },
    Address { id: 78, name: "Müller & Söhne <Bau> GmbH", city: "Köln" },
    Address { id: 79, name: "Carla Campos", city: "Aachen" },
];

/// The appointments, by id.
pub(crate) const APPOINTMENTS: &[Appointment] = &[
    Appointment { id: 5, subject: "Besichtigung Reihenhaus am Park", when: "Mo 10:00" },
    Appointment { id: 6, subject: "Übergabe Altbauwohnung", when: "Mi 14:30" },
];
