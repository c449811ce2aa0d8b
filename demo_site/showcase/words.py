"""TABLE: the words that demo data is made of."""

FIRST_NAMES = (
    "Ada Amir Anika Bela Bruno Carla Chidi Clara Dario Edda Elif Emeka Esther Farid Fiona Gita "
    "Hana Hugo Ines Ivo Jonas Judith Kaito Karin Lea Liam Lucia Malik Mara Mina Nadia Nils Noor "
    "Olga Omar Paula Pavel Priya Quinn Rafael Rosa Samir Selma Sofia Tariq Tessa Uma Vera Wim Yara"
).split()

LAST_NAMES = (
    "Abara Almeida Becker Bianchi Castillo Chen Conti Dahl Demir Eriksen Farouk Fischer Garcia "
    "Haddad Hansen Horvath Ibrahim Ito Jansen Kaya Keller Kowalski Larsen Lindt Marino Mbeki "
    "Mehta Moreau Nakamura Nguyen Novak Okafor Olsen Park Pereira Petrov Rahman Rossi Santos "
    "Sharma Silva Svensson Tanaka Torres Urban Vance Weber Winter Yilmaz Zhang"
).split()

STREET_NAMES = (
    "Maple Harbor Juniper Orchard Mill Chapel Willow Station Garden Linden Market Cedar Quarry "
    "Bridge Meadow River"
).split()

STREET_KINDS = ("Street", "Lane", "Road", "Avenue")

HOME_NAMES = ("Court", "House", "Lodge", "Yard")

CITIES = (
    ("Ashford", "02110"),
    ("Brookhaven", "02135"),
    ("Calder", "02141"),
    ("Dunmore", "02166"),
    ("Eastwick", "02179"),
)

EMPLOYERS = (
    "Calder Hospital",
    "Northline Rail",
    "the city library",
    "Fern & Field Bakery",
    "Eastwick School",
    "Tidewater Labs",
    "",
    "",
)

REPAIRS = (
    ("Kitchen tap drips", "It began as a drip and is now a small stream."),
    ("Heating stays cold", "The radiators in the living room have been cold since Sunday."),
    ("Front door lock is stiff", "The key turns only with both hands."),
    ("Window does not close", "The bedroom window leaves a gap & lets the wind in."),
    ("Light in the stairwell is out", "It went out with a bang last night."),
    ("Washing machine leaks", "There is a puddle after each wash."),
    ("Mould in the bathroom", "It comes back behind the cabinet, however well we air."),
    ("Smoke detector beeps", "Once a minute, <always> at night."),
    ("Doorbell is silent", "Parcels go back to the depot."),
    ("Oven door hangs loose", "The left hinge is broken."),
    ("Gutter overflows", "Rain runs down the wall by the entrance."),
    ("No hot water", 'The boiler shows "E4" and stops.'),
)

LEASE_NOTES = (
    "",
    "",
    "One cat is welcome.\n\nThe cellar room is part of the lease.",
    "Parking space 4 belongs to this home.",
    "The rent follows the city's index, for the first time after two years.",
)

HEADLINES = (
    "Writes about small kitchens",
    "Architect who keeps bees",
    "Looks after old windows",
    "Balcony gardener",
    "Tenants' adviser & cyclist",
    "Paints rooms, badly but often",
    "Carpenter with a typewriter",
    "Collects floor plans",
    "Energy adviser",
    "Photographs doors",
    "Moves house too often",
    "Knows every hardware store",
)

TAGS = (
    "Balcony",
    "DIY",
    "Energy",
    "Gardens",
    "Heating",
    "Kitchen",
    "Law",
    "Light",
    "Moving",
    "Neighbors",
    "Storage",
    "Wood",
)

ARTICLE_TITLES = (
    "A winter without drafts",
    "What a lease should say, and what it should not",
    "The kitchen with one drawer",
    "How we share one garden among nine homes",
    "Old windows are worth the trouble",
    "Moving house with two cats & no car",
    "Light for a room that faces north",
    "The balcony that feeds us in August",
    "Who pays for the boiler?",
    "Shelves that survive a move",
    "Quiet hours, kept without a quarrel",
    "Seven repairs that need only a screwdriver",
    "Why the cellar smells, and what helps",
    "A floor sanded in one weekend",
    "Living in forty square meters",
    "The year of the shared workshop",
    "Heat pumps in a house from 1910",
    "Paint: fewer colors, better walls",
    "Letters to a landlord",
    "When the tap drips at 3 a.m.",
)

NOTE_SUBJECTS = (
    "The first frost",
    "A door that sticks",
    "Tomatoes on the sill",
    "Second-hand lamps",
    "The noise upstairs",
    "A lost key",
    "Rain in the gutter",
    "The new mailbox",
    "Coffee on the stairs",
    "A borrowed drill",
)

NOTE_ANGLES = (
    "in short",
    "and a question",
    "revisited",
    "one year on",
    "for beginners",
    "with pictures to follow",
    "after the storm",
    "a small success",
)

SENTENCES = (
    "Most homes are not designed; they gather.",
    "We measured twice and still bought the wrong screws.",
    "The best light comes before eight, from the side.",
    "Our neighbor lent us a ladder and two opinions.",
    "A draft is a letter from the house, and it says: look here.",
    "Nobody reads the manual of a boiler until it snows.",
    "Wood forgives more than tile does.",
    "It took a weekend, a borrowed sander and a great deal of tea.",
    "If you rent, ask first, and ask in writing.",
    "The city has a form for this, and the form is kind.",
    "Paint dries faster than decisions do.",
    "We moved the table by a hand's width, and the room grew.",
    "Some repairs are only a matter of cleaning.",
    "The old handles stayed, because hands remember them.",
    "In the end the answer was a piece of felt.",
    "Herbs want less water than worry.",
    "There is always one box that is never unpacked.",
    "Keep the receipts; you will want the color number.",
    "A shelf is a promise to own fewer things.",
    "The children chose yellow, and they were right.",
    "It costs less than a dinner out and lasts ten years.",
    "What surprised us most was the silence afterwards.",
    "Insulation is the dullest joy there is.",
    "The landlord came by, looked, nodded & paid half.",
)

COMMENTS = (
    "We did the same last spring. Felt works, and so does patience.",
    "Which color is that? It looks like our hallway.",
    "Thank you, the hint about the form saved me a week.",
    "I would not sand oak in a hurry.",
    "Our house does this too, every <single> winter.",
    "Lovely. Could you show the hinge from below?",
    "My landlord said no, then said yes & brought cake.",
    "Please write the part about the cellar!",
    "Two years later: still quiet, still warm.",
    "I borrowed a sander because of this. No regrets.",
)
