// What others want to hear: Google's consent mode (version 2), Microsoft's UET, Matomo.
const state = (category) => (has(category) ? "granted" : "denied");

const gtag = function () {
  (window.dataLayer ||= []).push(arguments); // the library knows its calls by this kind of object
};

const TELL = {
  google: (word) => {
    const [ads, extras] = [state("marketing"), state("preferences")];
    gtag("consent", word, {
      ad_storage: ads,
      ad_user_data: ads,
      ad_personalization: ads,
      analytics_storage: state("statistics"),
      functionality_storage: extras,
      personalization_storage: extras,
      security_storage: "granted",
    });
  },
  microsoft: (word) => (window.uetq ||= []).push("consent", word, { ad_storage: state("marketing") }),
  matomo: (word) => {
    const call = has("statistics") ? "setConsentGiven" : "forgetConsentGiven";
    (window._paq ||= []).push([word === "default" ? "requireConsent" : call]);
  },
};

const signal = (word) => TENANT.signals.forEach((one) => TELL[one](word));
