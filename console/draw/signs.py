"""The small signs of a picture: what a line is about, and the tone by its shape, so that no colour has to tell it."""

from __future__ import annotations

from dunning.terms import Tone

# Outlines in a square of 14 by 14, drawn with a pen and not filled.
_PERSON = "M7 7a3 3 0 1 0 0-6a3 3 0 0 0 0 6zM1.5 13c0-3 2-4.500 5.500-4.500s5.500 1.500 5.500 4.500"
_ENVELOPE = "M1 3h12v8.500h-12zM1 3l6 5l6-5"
_SHEET = "M3 1h6l2.500 2.500v9.500h-8.500zM5 6h4.500M5 8.500h4.500"
SIGNS = {
    "email": _ENVELOPE,
    "sms": "M1 2h12v8h-7l-3 3v-3h-2z",
    "letter": _SHEET,
    "registered_letter": _SHEET + "M9.500 11.500a1.500 1.500 0 1 0 3 0a1.500 1.500 0 1 0-3 0",
    "text": "M2 2h10M7 2v10.500",
    "call": "M2 1.500l3 0l1 3.500l-2 1c.5 2 2 3.500 4 4l1-2l3.500 1v3c-5 1-11.500-4.500-10.500-10.500z",
    "result": "M1.500 2v5h10M8.500 4l3 3l-3 3",
    "deadline": "M7 1a6 6 0 1 0 .01 0zM7 3.500v4l2.500 1.500",
    "approval": _PERSON,
    "repeat": "M12 7a5 5 0 1 1-2-4M10 .5v3h-3",
    "missed": "M7 1.500v7.500M7 11.500v1",
    "day": "M1.500 3h11v10h-11zM1.500 6h11M4.500 1v3M9.500 1v3",
    "condition": "M7 1l6 6l-6 6l-6-6z",
    "paid": "M1.500 7.500l4 4l7-9",
    "agency": "M1.500 13h11M3 13v-9h8v9M5.500 6.500h3M5.500 9.500h3",
    "lawyer": "M7 1v12M4 13h6M2 4h10M2 4l-1.500 4h3zM12 4l-1.500 4h3z",
    "injunction": "M1 5l6-4l6 4zM2.500 5v6M5.500 5v6M8.500 5v6M11.500 5v6M1 12.500h12",
    "ask": _PERSON,
    "event": "M3.500 7h7",
}

# The mark of a tone, filled: a round, a triangle, a square.
TONE_SIGNS = {
    Tone.courteous: "M5 1a4 4 0 1 0 .01 0z",
    Tone.firm: "M5 .5l4.500 8.500h-9z",
    Tone.formal: "M1 1h8v8h-8z",
}


TONE_INKS = {Tone.courteous: "#1f6f43", Tone.firm: "#8a5300", Tone.formal: "#9b1c1c"}
TONE_TINTS = {Tone.courteous: "#eaf6ee", Tone.firm: "#fff3dc", Tone.formal: "#fdeaea"}
TONE_BORDERS = {Tone.courteous: 1.0, Tone.firm: 2.0, Tone.formal: 3.5}
