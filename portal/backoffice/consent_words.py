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
    "form": said("Form without script"),
    "necessary": said("Necessary"),
    "preferences": said("Preferences"),
    "statistics": said("Statistics"),
    "marketing": said("Marketing"),
}
