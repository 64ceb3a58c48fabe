"""The words of the log, for people."""

from portal.backoffice.words import said

WORDS = {
    "accept_all": said("Everything accepted"),
    "reject_all": said("Everything refused"),
    "save": said("Chosen one by one"),
    "withdraw": said("Withdrawn"),
    "banner": said("Banner"),
    "preference_centre": said("Preference centre"),
    "api": said("API"),
    "placeholder": said("Placeholder"),
    "form": said("Form of a page"),
    "necessary": said("Necessary"),
    "preferences": said("Preferences"),
    "statistics": said("Statistics"),
    "marketing": said("Marketing"),
}
