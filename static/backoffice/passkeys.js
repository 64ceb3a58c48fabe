"use strict";

// Passkeys: what the server asks goes to the browser, and its answer into the form.
{
  const decoded = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const encoded = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const named = (list = []) => list.map((one) => ({ ...one, id: decoded(one.id) }));

  const create = async (options) => {
    const publicKey = {
      ...options,
      challenge: decoded(options.challenge),
      user: { ...options.user, id: decoded(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return {
      ...described(made),
      extensions: JSON.stringify(made.getClientExtensionResults()),
      response: {
        attestationObject: encoded(made.response.attestationObject),
        clientDataJSON: encoded(made.response.clientDataJSON),
        transports: made.response.getTransports?.() ?? [],
      },
    };
  };

  const get = async (options) => {
    const publicKey = {
      ...options,
      challenge: decoded(options.challenge),
      allowCredentials: named(options.allowCredentials),
    };
    const found = await navigator.credentials.get({ publicKey });
    const { authenticatorData, clientDataJSON, signature, userHandle } = found.response;
    return {
      ...described(found),
      response: {
        authenticatorData: encoded(authenticatorData),
        clientDataJSON: encoded(clientDataJSON),
        signature: encoded(signature),
        userHandle: userHandle && encoded(userHandle),
      },
    };
  };

  const described = ({ id, rawId, type }) => ({ id, rawId: encoded(rawId), type });

  const ask = async (form) => {
    const complaint = form.querySelector(".error");
    complaint.hidden = true;
    try {
      const way = form.dataset.passkey === "create" ? create : get;
      form.elements.credential.value = JSON.stringify(await way(JSON.parse(form.dataset.options)));
      form.submit();
    } catch {
      complaint.hidden = false; // refused, timed out, or there is none
    }
  };

  if (window.PublicKeyCredential) {
    for (const form of document.querySelectorAll("[data-needs-passkeys]")) form.hidden = false;
    for (const excuse of document.querySelectorAll("[data-without-passkeys]")) excuse.hidden = true;
    for (const form of document.querySelectorAll("[data-passkey]")) {
      form.hidden = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        ask(form);
      });
      ask(form);
    }
  }
}
